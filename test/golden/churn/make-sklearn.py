"""Writes sklearn.json: logistic regressions of Debian's python3-sklearn on invented rows, columns standardised, and isotonic regression.

/usr/bin/python3 test/golden/churn/make-sklearn.py > test/golden/churn/sklearn.json && npx biome format --write test/golden/churn
"""
import json

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.preprocessing import StandardScaler

random = np.random.RandomState(3)
n = 240
x = np.column_stack(
    [random.randn(n).round(2), random.gamma(2, 20, n).round(1), random.randint(0, 2, n), random.randn(n).round(2)]
)
x[:, 3] = (x[:, 3] + 2 * x[:, 0]).round(2)
label = (random.rand(n) < 1 / (1 + np.exp(1 - x[:, 0] + 0.02 * x[:, 1] - x[:, 2]))).astype(int)
scaler = StandardScaler().fit(x)
z = scaler.transform(x)
weight = np.where(label == 1, 2.5, 1.0)


def case(l1, l2, weighted):
    penalty = "l2" if l1 == 0 else "l1" if l2 == 0 else "elasticnet"
    solver = "newton-cholesky" if l1 == 0 else "saga"
    strength = l1 + l2
    model = LogisticRegression(
        penalty=penalty,
        C=1 / strength,
        l1_ratio=l1 / strength if penalty == "elasticnet" else None,
        solver=solver,
        tol=1e-14,
        max_iter=2_000_000,
        random_state=0,
    ).fit(z, label, sample_weight=weight if weighted else None)
    own = model.coef_[0] / scaler.scale_
    errors = None
    if l1 == 0:
        p = model.predict_proba(z)[:, 1]
        w = p * (1 - p) * (weight if weighted else 1)
        design = np.column_stack([z, np.ones(n)])
        information = design.T @ (design * w[:, None]) + np.diag([l2] * 4 + [0])
        covariance = np.linalg.inv(information)
        to_own = np.append(-scaler.mean_ / scaler.scale_, 1)
        errors = np.append(np.sqrt(np.diag(covariance))[:4] / scaler.scale_, np.sqrt(to_own @ covariance @ to_own)).tolist()
    return dict(
        l1=l1,
        l2=l2,
        weighted=weighted,
        coefficients=own.tolist(),
        intercept=float(model.intercept_[0] - own @ scaler.mean_),
        standardErrors=errors,
    )


said = (random.rand(n) * label * 0.5 + random.rand(n) * 0.5).round(2)
isotonic = IsotonicRegression(out_of_bounds="clip").fit(said, label)
print(
    json.dumps(
        dict(
            rows=x.tolist(),
            labels=label.tolist(),
            weights=weight.tolist(),
            cases=[case(0, 1, False), case(0, 10, False), case(0, 1, True), case(1, 0, False), case(8, 0, False), case(2, 3, False)],
            said=said.tolist(),
            metrics=dict(
                auc=roc_auc_score(label, said), prAuc=average_precision_score(label, said), brier=brier_score_loss(label, said)
            ),
            isotonic=isotonic.predict(said).tolist(),
        )
    )
)
