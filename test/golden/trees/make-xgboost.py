"""Writes xgboost.json: small models trained by Debian's python3-xgboost 1.7.4 on invented rows, with what it says of them.

/usr/bin/python3 test/golden/trees/make-xgboost.py > test/golden/trees/xgboost.json && npx biome format --write test/golden/trees
"""
import json

import numpy as np
import xgboost as xgb

random = np.random.RandomState(1)
n = 400
x = random.randn(n, 4).round(2)
x[random.rand(n, 4) < 0.1] = np.nan
x[:, 3] = random.randint(0, 40, n)
signal = np.nan_to_num(x[:, 0] * x[:, 1] + x[:, 2]) + np.sin(x[:, 3] * 7)
labels = {
    "binary:logistic": random.rand(n) < 1 / (1 + np.exp(-signal)),
    "reg:squarederror": signal,
    "count:poisson": random.poisson(np.exp(signal / 3)),
    "reg:tweedie": random.poisson(np.exp(signal / 3)) * random.rand(n),
    "survival:cox": random.exponential(np.exp(-signal / 2)) * np.where(random.rand(n) < 0.3, -1, 1),
}
cases = []
for objective, label in labels.items():
    for types in (["q"] * 4, ["q", "q", "q", "c"]):
        data = xgb.DMatrix(x, label=label, feature_names=list("abcd"), feature_types=types, enable_categorical=True)
        base = 0.5 if objective == "survival:cox" else 0.3
        parameters = dict(objective=objective, tree_method="hist", max_depth=3, eta=0.4, base_score=base, max_cat_to_onehot=2)
        booster = xgb.train(parameters, data, 5)
        shown = data.slice(range(40))
        cases.append(
            {
                "model": booster.save_raw("json").decode(),
                "predictions": booster.predict(shown).tolist(),
                "contributions": booster.predict(shown, pred_contribs=True).tolist(),
            }
        )
rows = [[None if np.isnan(v) else v for v in row] for row in x[:40].tolist()]
print(json.dumps({"rows": rows, "cases": cases}))
