"""What the drivers for Huawei VRP and H3C Comware have in common."""
