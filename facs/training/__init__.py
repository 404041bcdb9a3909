"""Training: data sets, augmentation, losses, the training runs, calibration and export."""
