"""Corpus, training, evaluation and the shipped model of the classifier."""
