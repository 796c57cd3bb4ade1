"""The rules of dispatch as the city keeps them: versions, duties, offices, rehearsals, returns and reasons."""
