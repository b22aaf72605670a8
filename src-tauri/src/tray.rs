//! The icon in the tray, for a program that goes on collecting without its window.

use tauri::{
    AppHandle,
    menu::{MenuBuilder, MenuItemBuilder},
    tray::TrayIconBuilder,
};

use crate::window;

/// Puts the icon into the tray.
///
/// # Errors
/// When the desktop has none.
pub fn put(handle: &AppHandle) -> tauri::Result<()> {
    let open = MenuItemBuilder::with_id("open", "Open Twinscope").build(handle)?;
    let quit = MenuItemBuilder::with_id("quit", "Stop collecting and quit").build(handle)?;
    let menu = MenuBuilder::new(handle).item(&open).item(&quit).build()?;
    let mut tray = TrayIconBuilder::new()
        .menu(&menu)
        .tooltip("Twinscope")
        .on_menu_event(|handle, event| match event.id().as_ref() {
            "open" => window::bring_forward(handle),
            "quit" => handle.exit(0),
            _ => {}
        });
    if let Some(icon) = handle.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(handle)?;
    Ok(())
}
