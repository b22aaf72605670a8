//! What must be set before a window opens.

/// Starts this program again with the environment that its web view needs, if that is missing. Setting a variable
/// inside a running program is unsafe, starting over is not.
pub fn prepare() {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        // Some NVIDIA drivers show a blank window with WebKitGTK's default renderer.
        const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
        if std::env::var_os(RENDERER).is_some() {
            return;
        }
        if let Ok(program) = std::env::current_exe() {
            // Returns only when it failed; then the program goes on as it is.
            let error = std::process::Command::new(program)
                .args(std::env::args_os().skip(1))
                .env(RENDERER, "1")
                .exec();
            tracing::warn!("the environment could not be prepared: {error}");
        }
    }
}
