"""Speed, memory and calibration, each as a table printed beside a peer or a known truth."""
