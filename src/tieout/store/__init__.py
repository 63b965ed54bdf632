"""Two stores, one commit: the lake keeps files, the catalog says which of them count."""
