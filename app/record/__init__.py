"""The signed record: canonical bytes, chain, keys, checkpoints, verification and the bag."""
