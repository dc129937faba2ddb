"""Figures that the golden tests hold the models to, computed independently with SciPy and mpmath (not needed to run the tests).

node test/golden/print-books.ts | python3 test/golden/figures.py
"""
import json
import sys

import mpmath
import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln


def bg_log_likelihood(theta, x, tx, T, extra):
    """Fader, Hardie & Lee 2005, eq. 6; MBG/NBD with x + 1 dropout chances (Batislam et al. 2007)."""
    r, alpha, a, b = np.exp(theta)
    k = x + extra
    A = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = gammaln(a + b) + gammaln(b + k) - gammaln(b) - gammaln(a + b + k) - (r + x) * np.log(alpha + T)
    with np.errstate(divide="ignore"):
        gone = np.where(
            k > 0,
            gammaln(a + b) - gammaln(b) + np.log(a) + gammaln(b + np.maximum(k, 1) - 1) - gammaln(a + b + k)
            - (r + x) * np.log(alpha + tx),
            -np.inf,
        )
    return np.sum(A + np.logaddexp(alive, gone))


def gg_log_likelihood(theta, x, z):
    """Fader & Hardie note 025, eq. 1a."""
    p, q, v = np.exp(theta)
    return np.sum(
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x)
        - (p * x + q) * np.log(x * z + v)
    )


def best(function, starts):
    fits = []
    for start in starts:
        run = minimize(function, start, method="Nelder-Mead", options=dict(xatol=1e-9, fatol=1e-10, maxiter=40000, maxfev=40000))
        fits.append(minimize(function, run.x, method="Nelder-Mead", options=dict(xatol=1e-9, fatol=1e-10, maxiter=40000, maxfev=40000)))
    return min(fits, key=lambda fit: fit.fun)


given = json.load(sys.stdin)
for name, book in given["books"].items():
    column = lambda key: np.array([row[key] for row in book["rows"]], float)
    x, tx, T = column("frequency"), column("recencyWeeks"), column("ageWeeks")
    for family, extra in (("bg-nbd", 0), ("mbg-nbd", 1)):
        fit = best(lambda theta: -bg_log_likelihood(theta, x, tx, T, extra), [np.log([1, 5, 1, 2]), np.log([0.5, 10, 0.5, 1])])
        print(f"{name} book, {family}:", dict(zip("r alpha a b".split(), np.exp(fit.x).round(7))), "LL", round(-fit.fun, 6))
    spent = column("meanSpend") > 0
    n, z = column("spendDays")[spent], column("meanSpend")[spent]
    fit = best(lambda theta: -gg_log_likelihood(theta, n, z), [np.log([1, 1, z.mean()]), np.log([6, 4, 15])])
    print(f"{name} book, gamma-gamma:", dict(zip("pqv", np.exp(fit.x).round(6))), "LL", round(-fit.fun, 6))

values = np.array([row["values"] for row in given["examples"]])
labels = np.array([row["label"] for row in given["examples"]], float)
scale = values.std(axis=0)
scale[scale == 0] = 1
columns = (values - values.mean(axis=0)) / scale
for penalty in (0.0, 1.0, 100.0):
    loss = lambda t: np.sum(np.logaddexp(0, columns @ t[:-1] + t[-1]) - labels * (columns @ t[:-1] + t[-1])) + 0.5 * penalty * np.sum(t[:-1] ** 2)
    fit = minimize(loss, np.zeros(4), method="BFGS", options=dict(gtol=1e-9))
    coefficients = fit.x[:-1] / scale
    print("logistic, penalty", penalty, coefficients.tolist(), "intercept", fit.x[-1] - coefficients @ values.mean(axis=0), "loss", fit.fun)

mpmath.mp.dps = 40
for name, function in (("logGamma", mpmath.loggamma), ("digamma", mpmath.digamma)):
    print(name, [[float(at), float(function(mpmath.mpf(at)))] for at in (1e-6, 0.001, 0.3, 0.9, 1, 1.5, 2.5, 7.3, 12, 12.5, 50.25, 1e3, 1e6)])
arguments = [(0.79, 2.6, 3.2, 0.4), (0.79, -1.6, 3.2, 0.95), (0.9, 0.3, 130.2, 0.8), (-2.4, 0.5, 7.1, 0.6), (1.2, 2.2, 4.5, 0.0), (0.005, 3.0, 200.0, 0.99)]
print("hyp2f1", [[*each, float(mpmath.hyp2f1(*[mpmath.mpf(v) for v in each]))] for each in arguments])
