"""XGBoost's side of bench/trees.ts: trains, scores or explains on one thread and prints one JSON line of CPU seconds.

/usr/bin/python3 bench/trees-peer.py train FOLDER ROWS | score FOLDER COPIES | explain FOLDER ROWS
"""
import json
import os
import resource
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
import xgboost as xgb

task, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
FEATURES = 30
x = np.fromfile(folder + "/x.f32", dtype=np.float32).reshape(-1, FEATURES)
result = {}


def cpu(action):
    start = time.process_time()
    value = action()
    return time.process_time() - start, value


if task == "train":
    y = np.fromfile(folder + "/y.f32", dtype=np.float32)
    parameters = dict(objective="binary:logistic", tree_method="hist", max_depth=6, eta=0.1, max_bin=256, nthread=1)
    seconds, booster = cpu(lambda: xgb.train(parameters, xgb.DMatrix(x[:count], label=y[:count], nthread=1), 200))
    margins = booster.predict(xgb.DMatrix(x[count:]), output_margin=True)
    result = dict(cpuSeconds=seconds, margins=margins.tolist())
else:
    booster = xgb.Booster({"nthread": 1}, model_file=folder + "/model.json")
    booster.set_param({"nthread": 1})
    if task == "score":
        many = np.tile(x[:100000], (count, 1))
        booster.inplace_predict(many[:1000], predict_type="margin", validate_features=False)
        seconds, _ = cpu(lambda: booster.inplace_predict(many, predict_type="margin", validate_features=False))
    else:
        data = xgb.DMatrix(x[:count], nthread=1)
        seconds, _ = cpu(lambda: booster.predict(data, pred_contribs=True, validate_features=False))
    result = dict(cpuSeconds=seconds)
result["peakMegabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps(result))
