"""Writes with MLflow's own client what Java shall read; prints what it is called."""
import hashlib
import os
import tempfile

import mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.tracking import MlflowClient

mlflow.set_tracking_uri("http://127.0.0.1:5000")
client = MlflowClient()
run = client.create_run(client.create_experiment("trained-in-python"))
run_id = run.info.run_id
client.log_metric(run_id, "auc", 0.71, step=1)
client.log_metric(run_id, "auc", 0.75, step=2)
client.log_param(run_id, "depth", "6")
client.set_tag(run_id, "team", "data science")

content = b"weights from python"
digest = hashlib.sha256(content).hexdigest()
with tempfile.TemporaryDirectory() as directory:
    file = os.path.join(directory, digest)
    open(file, "wb").write(content)
    client.log_artifact(run_id, file, "weights")
    # under the key where the library looks for it, through MLflow's proxy
    get_artifact_repository(f"mlflow-artifacts:/sha256/{digest[:2]}").log_artifact(file)
client.set_terminated(run_id)

client.create_registered_model("from-python")
version = client.create_model_version("from-python", f"{run.info.artifact_uri}/weights", run_id)
client.set_registered_model_alias("from-python", "challenger", version.version)
print("wrote", run_id, digest, version.version)
