"""The only place of this package where an outside thing appears, one file each."""
