"""Figures for paper: files that matplotlib draws. It is an extra and imported on use."""
