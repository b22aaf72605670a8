//! Embeds icons and capabilities.
fn main() {
    tauri_build::build();
}
