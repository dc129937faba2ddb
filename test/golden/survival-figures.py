"""Prints the reference figures of survival-regression.test.ts and survival-curves.test.ts that no paper has in enough digits.

Needs SciPy and mpmath: python3 test/golden/survival-figures.py
The likelihoods are written here a second time, from the densities of the survival times themselves, and maximised by
Nelder-Mead and BFGS; standard errors come from second differences of the likelihood in 40 digits.
"""

import json

import mpmath as mp
import numpy as np
from scipy.optimize import minimize

mp.mp.dps = 40

AML = {
    "time": [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45],
    "event": [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
    "x": [[0]] * 11 + [[1]] * 12,
}
OVARIAN = {
    "time": [59, 115, 156, 421, 431, 448, 464, 475, 477, 563, 638, 744, 769, 770, 803, 855, 1040, 1106, 1129, 1206, 1227, 268, 329, 353, 365, 377],
    "event": [1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0],
    "x": [list(pair) for pair in zip(
        [1, 1, 1, 2, 1, 1, 2, 2, 1, 2, 1, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 1, 1, 2, 2, 2],
        [72.3315, 74.4932, 66.4658, 53.3644, 50.3397, 56.4301, 56.937, 59.8548, 64.1753, 55.1781, 56.7562, 50.1096, 59.6301, 57.0521, 39.2712, 43.1233, 38.8932, 44.6, 53.9068, 44.2055, 59.589, 74.5041, 43.137, 63.2192, 64.4247, 58.3096],
    )],
}


def survival(name, t, mean, scale):
    """S(t) in mpmath, in terms of t."""
    if name == "weibull-aft":
        return mp.exp(-((t / mp.exp(mean)) ** (1 / scale)))
    if name == "log-logistic-aft":
        return 1 / (1 + (t / mp.exp(mean)) ** (1 / scale))
    return mp.erfc((mp.log(t) - mean) / scale / mp.sqrt(2)) / 2


def density(name, t, mean, scale):
    a, b = 1 / scale, mp.exp(mean)
    if name == "weibull-aft":
        return a / b * (t / b) ** (a - 1) * mp.exp(-((t / b) ** a))
    if name == "log-logistic-aft":
        return a / b * (t / b) ** (a - 1) / (1 + (t / b) ** a) ** 2
    return mp.exp(-((mp.log(t) - mean) ** 2) / (2 * scale**2)) / (t * scale * mp.sqrt(2 * mp.pi))


def log_likelihood(name, table, theta):
    *beta, log_scale = [mp.mpf(value) for value in theta]
    scale = mp.exp(log_scale)
    total = mp.mpf(0)
    for t, event, x in zip(table["time"], table["event"], table["x"]):
        mean = beta[0] + sum(b * mp.mpf(v) for b, v in zip(beta[1:], x))
        total += mp.log((density if event else survival)(name, mp.mpf(t), mean, scale))
    return total


def fit(name, table):
    def loss(theta):
        try:
            return float(-log_likelihood(name, table, theta))
        except (ValueError, OverflowError, ZeroDivisionError):
            return 1e9

    start = np.array([np.log(np.mean(table["time"]))] + [0.0] * len(table["x"][0]) + [0.0])
    rough = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000, "maxfev": 4000, "xatol": 1e-6, "fatol": 1e-9})
    theta = mp.matrix([mp.mpf(v) for v in rough.x])
    f = lambda v: log_likelihood(name, table, list(v))
    for _ in range(6):
        gradient, hessian = derivatives(f, theta)
        theta = theta - mp.lu_solve(hessian, gradient)
    _, hessian = derivatives(f, theta)
    covariance = (-hessian) ** -1
    return {
        "parameters": [float(v) for v in theta],
        "standardErrors": [float(mp.sqrt(covariance[i, i])) for i in range(len(theta))],
        "logLikelihood": float(f(theta)),
    }


def derivatives(f, theta):
    n, h = len(theta), mp.mpf(10) ** -9
    unit = lambda i: mp.matrix([h if j == i else 0 for j in range(n)])
    gradient = mp.matrix([(f(theta + unit(i)) - f(theta - unit(i))) / (2 * h) for i in range(n)])
    hessian = mp.matrix(n, n)
    for i in range(n):
        for j in range(i + 1):
            value = (
                f(theta + unit(i) + unit(j)) - f(theta + unit(i) - unit(j)) - f(theta - unit(i) + unit(j)) + f(theta - unit(i) - unit(j))
            ) / (4 * h * h)
            hessian[i, j] = hessian[j, i] = value
    return gradient, hessian


NAMES = ("weibull-aft", "log-normal-aft", "log-logistic-aft")
figures = {name: {"aml": fit(name, AML), "ovarian": fit(name, OVARIAN)} for name in NAMES}

# Expected remaining time within a horizon: (mean, scale) with (elapsed, horizon).
CASES = [((3, 0.7), (0, 30)), ((3, 0.7), (25, 1000)), ((1, 2.5), (0, 500)), ((4, 0.05), (40, 60)), ((2, 1), (200, 5))]
figures["expectedRemaining"] = {
    name: [
        float(
            mp.quad(
                lambda u: survival(name, elapsed + u, mp.mpf(mean), mp.mpf(scale)),
                [0] + [horizon * mp.mpf(2) ** -k for k in range(30, 0, -1)] + [horizon],
            )
            / (survival(name, mp.mpf(elapsed), mp.mpf(mean), mp.mpf(scale)) if elapsed else 1)
        )
        for (mean, scale), (elapsed, horizon) in CASES
    ]
    for name in NAMES
}
figures["normal"] = [
    {"z": z, "logSurvival": float(mp.log(mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2)),
     "hazard": float(mp.npdf(z) / (mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2))}
    for z in (-8, -2, -0.1, 0, 0.5, 2, 2.1213, 2.2, 5, 12, 40)
]
print(json.dumps(figures, indent=1))
