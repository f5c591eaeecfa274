"""What goes over the wire: requests checked strictly, answers with examples."""
