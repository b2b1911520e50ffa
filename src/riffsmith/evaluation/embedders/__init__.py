"""Networks that listen: audio → windows → one vector each."""
