"""Fine-tuning the sentence encoder; the only part of the project that needs torch."""
