"""Finding topics by their names and by what they last said."""
