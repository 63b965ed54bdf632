"""Where relations are computed: SQL text and files in, Parquet and Arrow out."""
