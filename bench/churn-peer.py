"""The peers' side of bench/churn.ts: logistic regression, random forest and XGBoost on the folds given, one JSON line of figures.

/usr/bin/python3 bench/churn-peer.py TABLE.csv    last columns: label (0 or 1), fold
"""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

table = pd.read_csv(sys.argv[1], keep_default_na=False, na_values=[""])
fold = table.pop("fold").values
label = table.pop("label").values
x = pd.get_dummies(table, drop_first=True).astype(float).values
filled = np.nan_to_num(x, nan=0.0)
models = {
    "logistic": (lambda: make_pipeline(StandardScaler(), LogisticRegression(C=1, max_iter=5000)), filled),
    "random-forest": (lambda: RandomForestClassifier(300, min_samples_leaf=3, random_state=0), filled),
    "xgboost": (
        lambda: xgb.XGBClassifier(
            n_estimators=200, max_depth=4, learning_rate=0.08, subsample=0.8, colsample_bytree=0.8, n_jobs=1, random_state=0
        ),
        x,
    ),
}
figures = {}
for name, (make, columns) in models.items():
    said = np.zeros(len(label))
    areas = []
    start = time.process_time()
    for each in sorted(set(fold)):
        out = fold == each
        said[out] = make().fit(columns[~out], label[~out]).predict_proba(columns[out])[:, 1]
        areas.append(roc_auc_score(label[out], said[out]))
    figures[name] = dict(foldAucs=areas, brier=brier_score_loss(label, said), cpuSeconds=time.process_time() - start)
print(json.dumps(figures))
