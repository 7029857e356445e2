"""The example that operators begin with is one that the door takes."""

import shutil
from pathlib import Path

from streams.gateway.config import read_config
from streams.pseudonyms.keeping import new_ring

SHIPPED = Path("deploy/gateway/gateway.toml")


def test_the_shipped_config(tmp_path: Path) -> None:
    file = Path(shutil.copy(SHIPPED, tmp_path))
    new_ring(tmp_path / "north.keys", 1_772_474_400_000)
    for name in ("zoom.secrets", "classroom.tokens", "records.tokens"):
        (tmp_path / name).write_text(f"a-secret-of-{name}-0\na-secret-of-{name}-1\n")
        (tmp_path / name).chmod(0o600)
    config = read_config(file, {"BIGBLUEBUTTON_SECRETS": "a-secret-of-bigbluebutton"})
    assert set(config.hooks) == {("zoom", "north"), ("bigbluebutton", "north")}
    assert len(config.callers) == 4
    assert "secret-of" not in repr(config) + repr(list(config.hooks.values()))
