import argparse


def add_arguments(trials):
    parser = trials.add_parser("feeding")
    parser.set_defaults(run=lambda o: None)
