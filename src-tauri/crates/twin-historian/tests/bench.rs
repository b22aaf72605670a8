//! The bench, on a small scale: that it runs, that its answers are right, and that it says every figure. How fast it is
//! says only `cargo xtask bench historian`.

use std::process::Command;

const FIGURES: [&str; 12] = [
    "append_ratio",
    "append_full_ratio",
    "sustained_msamples_per_s",
    "sustained_rss_mb",
    "bytes_per_sample",
    "bytes_per_sample_all",
    "zoom_warm_p99_ms",
    "zoom_cold_p99_ms",
    "zoom_growth",
    "fresh_ratio",
    "asof_10k_ms",
    "open_ms",
];
/// They take other databases, which a small run does not start.
const SKIPPED: [&str; 2] = ["append_vs_victoriametrics", "all_series_vs_victoriametrics"];

#[test]
fn a_small_run_says_every_figure_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bench-historian"))
        .args(["--quick", "--folder"])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    for name in FIGURES {
        let line = said
            .lines()
            .find(|line| line.starts_with(&format!("figure historian.{name} ")))
            .unwrap_or_else(|| panic!("no {name}:\n{said}"));
        let value: f64 = line.split(' ').nth(2).unwrap().parse().unwrap();
        assert!(value > 0.0 && line.ends_with(" unjudged"), "{line}");
    }
    for name in SKIPPED {
        assert!(
            said.contains(&format!("skipped historian.{name}: ")),
            "{said}"
        );
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "files are left");
}
