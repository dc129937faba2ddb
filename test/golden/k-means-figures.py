"""Inertia of scikit-learn's k-means on three public sets, for k-means.test.ts. Usage: k-means-figures.py DATA_DIR"""
import csv
import sys

import numpy as np
from sklearn.cluster import KMeans

SETS = {
    "iranian_churn.csv": None,
    "online_shoppers_intention.csv": [
        "Administrative", "Administrative_Duration", "Informational", "Informational_Duration", "ProductRelated",
        "ProductRelated_Duration", "BounceRates", "ExitRates", "PageValues",
    ],
    "telco_churn.csv": ["tenure", "MonthlyCharges", "TotalCharges"],
}


def number(text):
    try:
        return float(text)
    except ValueError:
        return 0.0


for name, columns in SETS.items():
    with open(f"{sys.argv[1]}/{name}", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = columns or list(rows[0])[:-1]
    table = np.array([[number(row[column]) for column in columns] for row in rows])
    table = (table - table.mean(0)) / table.std(0)
    for k in (3, 5, 8):
        best = min(KMeans(k, n_init=10, random_state=seed).fit(table).inertia_ for seed in (0, 1))
        print(name, k, round(best, 3))
