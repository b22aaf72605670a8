//! The program's log: to standard error, filtered by `TWINSCOPE_LOG`.

use tracing_subscriber::EnvFilter;

/// Starts it. Without `TWINSCOPE_LOG` it holds warnings and errors only.
pub fn start() {
    let filter =
        EnvFilter::try_from_env("TWINSCOPE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // Fails only when a log is running already, as in tests.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
