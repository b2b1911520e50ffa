"""What a run is on disk: folder, record, checkpoints, snapshots."""
