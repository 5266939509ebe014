#!/usr/bin/env bash
# The pretrained English model: raw text of Wikipedia to models/pretrained-en (half precision, without the state that
# only `--resume` needs). `bash scripts/pretrain_english.sh [TIME] [OUTPUT]`, TIME as --time-budget takes it.
# The text is looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
prepare_environment

time="${1:-60m}"
output="$(realpath -m "${2:-$ROOT/models/pretrained-en}")"
data="${TAGGER_DATA:-$ROOT/../shared/data}"
if [ ! -d "$data/text" ]; then
    echo "error: expected the folder $data/text, found none. Set TAGGER_DATA to the folder of corpora." >&2
    exit 1
fi
if [ -e "$output" ]; then
    echo "error: $output is there already. Move it away, or name another folder." >&2
    exit 1
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$data" # the settings that the model keeps then name the text as every machine does
tagger pretrain text --output "$work/pretrained-en" --time-budget "$time" \
    --set pretraining.max_words=150000 --set training.threads=2
rm "$work/pretrained-en/last.safetensors"
cat >>"$work/pretrained-en/README.md" <<'CARD'

Text: paragraphs of the English Wikipedia of 2014, CC BY-SA 3.0 (https://creativecommons.org/licenses/by-sa/3.0/), by its
authors. The model holds no text; it is passed on under the same licence. It is not a tagger: `tagger train --from` starts
one from it, `tagger neighbours` shows its words. What its text says of people, places and groups, its vectors say too.

Made by `bash scripts/pretrain_english.sh`.
CARD
mkdir -p "$(dirname "$output")"
mv "$work/pretrained-en" "$output"
du -sh "$output"
