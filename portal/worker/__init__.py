"""What happens by itself: giving events their positions, running followers, firing timers, sending deliveries."""
