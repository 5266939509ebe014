"""Text without torch: sentences, corpus files, tokenizer, tag schemes, vocabularies, features of a form."""
