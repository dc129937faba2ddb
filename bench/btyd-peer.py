"""SciPy's L-BFGS-B on the same grouped statistics, for bench/btyd.ts.

Reads {"x", "tx", "T", "weight", "repeats"} from stdin, prints seconds (best of `repeats`), log-likelihood and parameters of each fit.
Log-parameters, mean log-likelihood, time scaled to the longest age, one start, gtol 1e-7: what a careful user would do.
"""
import json
import sys
import time

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, hyp2f1

book = json.load(sys.stdin)
x, tx, T, w = (np.array(book[key], dtype=float) for key in ("x", "tx", "T", "weight"))
scale = T.max()
tx, T = tx / scale, T / scale
n = w.sum()
shift = -(w * x).sum() * np.log(scale)


def bg(theta):
    r, alpha, a, b = np.exp(theta)
    log_T, log_tx = np.log(alpha + T), np.log(alpha + tx)
    constant = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(b + x) - gammaln(a + b + x) - gammaln(b) + gammaln(a + b)
    active = -(r + x) * log_T
    left = np.where(x > 0, np.log(a) - np.log(np.maximum(b + x - 1, 1e-300)) - (r + x) * log_tx, -np.inf)
    total = np.logaddexp(active, left)
    share = np.exp(active - total)
    gone = 1 - share
    value = (w * (constant + total)).sum()
    gradient = np.array([
        (w * (digamma(r + x) - digamma(r) + np.log(alpha) - share * log_T - gone * log_tx)).sum(),
        (w * (r / alpha - (r + x) * (share / (alpha + T) + gone / (alpha + tx)))).sum(),
        (w * (digamma(a + b) - digamma(a + b + x) + gone / a)).sum(),
        (w * (digamma(b + x) - digamma(a + b + x) - digamma(b) + digamma(a + b) - np.where(x > 0, gone / np.maximum(b + x - 1, 1e-300), 0))).sum(),
    ])
    return -value / n, -gradient * np.exp(theta) / n


nodes, node_weights = np.polynomial.legendre.leggauss(24)
nodes, node_weights = (nodes + 1) / 2, node_weights / 2


def pareto(theta):
    """The integral form, by Gauss-Legendre in log(alpha + u): the gradient comes with it."""
    r, alpha, s, beta = np.exp(theta)
    rx = r + x
    constant = gammaln(rx) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    log_a, log_b = np.log(alpha + T), np.log(beta + T)
    active = -rx * log_a - s * log_b
    top = -rx * np.log(alpha + tx) - s * np.log(beta + tx)
    length = np.log((alpha + T) / (alpha + tx))
    v = length[:, None] * nodes
    u = (alpha + tx)[:, None] * np.exp(v) - alpha
    la, lb = np.log(alpha + u), np.log(beta + u)
    f = node_weights * length[:, None] * np.exp(la - rx[:, None] * la - (s + 1) * lb - top[:, None])
    total_f = f.sum(1)
    e = np.exp(active - top)
    total = e + s * total_f
    value = (w * (constant + top + np.log(total))).sum()
    gradient = np.array([
        (w * (digamma(rx) - digamma(r) + np.log(alpha) + (-e * log_a - s * (f * la).sum(1)) / total)).sum(),
        (w * (r / alpha + (-e * rx / (alpha + T) - s * rx * (f / (alpha + u)).sum(1)) / total)).sum(),
        (w * (np.log(beta) + (-e * log_b + total_f - s * (f * lb).sum(1)) / total)).sum(),
        (w * (s / beta + (-e * s / (beta + T) - s * (s + 1) * (f / (beta + u)).sum(1)) / total)).sum(),
    ])
    return -value / n, -gradient * np.exp(theta) / n


def pareto_hyp2f1(theta):
    """The closed form with SciPy's 2F1; L-BFGS-B takes its gradient by differences."""
    r, alpha, s, beta = np.exp(theta)
    A = r + s + x
    if alpha >= beta:
        a0 = lambda t: hyp2f1(A, s + 1, A + 1, (alpha - beta) / (alpha + t)) * np.exp(-A * np.log(alpha + t) - top)
    else:
        a0 = lambda t: hyp2f1(A, r + x, A + 1, (beta - alpha) / (beta + t)) * np.exp(-A * np.log(beta + t) - top)
    top = -(r + x) * np.log(alpha + tx) - s * np.log(beta + tx)
    active = np.exp(-(r + x) * np.log(alpha + T) - s * np.log(beta + T) - top)
    total = active + s / A * (a0(tx) - a0(T))
    constant = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return -(w * (constant + top + np.log(total))).sum() / n


def fit(objective, start, jac):
    best = np.inf
    for _ in range(book["repeats"]):
        began = time.perf_counter()
        result = minimize(objective, np.log(start), jac=jac, method="L-BFGS-B", options={"gtol": 1e-7, "ftol": 1e-15, "maxiter": 1000})
        best = min(best, time.perf_counter() - began)
    return {"seconds": best, "logLikelihood": -result.fun * n + shift, "evaluations": int(result.nfev)}


print(json.dumps({
    "bg-nbd": fit(bg, [0.5, 0.2, 1, 2], True),
    "pareto-nbd": fit(pareto, [0.6, 0.3, 0.6, 0.3], True),
    "pareto-nbd by 2F1": fit(pareto_hyp2f1, [0.6, 0.3, 0.6, 0.3], None),
}))
