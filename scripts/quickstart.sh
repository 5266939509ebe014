#!/usr/bin/env bash
# From a clone to tagged text: makes the environment, prepares the sample corpus, trains a model on it and tags a text.
# Safe to run again: what it wrote before is replaced.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
prepare_environment
cd "$ROOT"

say() { printf '\n== %s\n' "$*" >&2; }

say "1. Prepare: parts of speech from the .conllu files and entities from the .iob2 files, joined on the same tokens."
tagger prep data/prepared/sample --force \
    --train data/sample.train.conllu --join-train data/sample.train.iob2 \
    --dev data/sample.dev.conllu --join-dev data/sample.dev.iob2

say "2. Train: one small network for all tag columns, with the settings in data/sample.toml. Under a minute."
tagger train data/sample.toml --output models/sample --force

say "3. Evaluate on the development sentences. The sample is tiny, so these scores say little about larger corpora."
tagger eval models/sample

say "4. Tag data/sample.txt: raw text goes in, each word comes out with its tags."
tagger tag -m models/sample data/sample.txt --format inline

say "Done. The model is in models/sample; 'source .venv/bin/activate' makes the command 'tagger' yours, 'tagger --help' lists the rest."
