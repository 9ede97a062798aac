"""Reads with MLflow's own client what Java wrote; one line of output for each thing read."""
import hashlib
import os
import sys

import mlflow
from mlflow.tracking import MlflowClient

model, experiment = sys.argv[1:]
mlflow.set_tracking_uri("http://127.0.0.1:5000")
client = MlflowClient()


def digests(path):
    names = [os.path.join(path, name) for name in os.listdir(path)] if os.path.isdir(path) else [path]
    return [os.path.basename(n) + " " + hashlib.sha256(open(n, "rb").read()).hexdigest() for n in names]


found = client.get_experiment_by_name(experiment)
for run in client.search_runs([found.experiment_id], order_by=["attribute.start_time ASC"]):
    print("run", run.info.run_name, run.info.status, sorted(run.data.metrics.items()), run.data.tags["team"])

champion = client.get_model_version_by_alias(model, "champion")
run = client.get_run(champion.run_id)
print("champion", champion.version, run.info.run_name)
print("registry", digests(mlflow.artifacts.download_artifacts(f"models:/{model}@champion")))
print("run artifacts", digests(mlflow.artifacts.download_artifacts(f"runs:/{run.info.run_id}/model.bin")))

for name in "access_key", "secret_key":
    variable = {"access_key": "AWS_ACCESS_KEY_ID", "secret_key": "AWS_SECRET_ACCESS_KEY"}[name]
    os.environ[variable] = open(f"/run/secrets/objectstorage_{name}").read().strip()
large = client.get_model_version_by_alias(model, "large")
print("large", large.source)
print("bucket", digests(mlflow.artifacts.download_artifacts(large.source)))
