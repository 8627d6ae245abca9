"""data ◄ messaging ◄ automation ◄ api ◄ monitoring: each stack uses only those to its left."""
