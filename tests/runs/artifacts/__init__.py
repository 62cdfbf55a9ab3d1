"""Tests of the files of runs."""
