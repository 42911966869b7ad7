"""The demo academy: the real 2022 programme with fictional people, built through the rules that people use."""
