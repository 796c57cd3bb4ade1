"""What `hotline verify` asks of the rows, each question in its own room; none of them writes."""
