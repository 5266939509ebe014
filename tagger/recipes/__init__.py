"""One function a job: settings in, record out."""
