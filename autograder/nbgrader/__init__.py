"""What nbgrader and we exchange: its cell metadata, its course folders, its autograded notebooks and its gradebook."""
