"""What supervisors watch and count: the board, the rates, the measures, the yearly tables and the monthly report."""
