def run_page(x):
    return ""


def comparison_page(x, faults, *, gated):
    return ""
