//! The icon in the tray, for a program that goes on collecting without its window.

use tauri::{
    AppHandle, Wry,
    menu::{Menu, MenuBuilder, MenuItemBuilder},
    tray::TrayIconBuilder,
};
use twin_app::{Speech, api::settings::Language, said};

use crate::window;

/// Name of the icon within the program.
const ID: &str = "main";

fn menu(handle: &AppHandle, language: Language) -> tauri::Result<Menu<Wry>> {
    let speech = Speech::new(language);
    let open = speech.say(&said!("tray-open", "Open Twinscope"));
    let quit = speech.say(&said!("tray-quit", "Stop collecting and quit"));
    let open = MenuItemBuilder::with_id("open", open).build(handle)?;
    let quit = MenuItemBuilder::with_id("quit", quit).build(handle)?;
    MenuBuilder::new(handle).item(&open).item(&quit).build()
}

/// Another language was chosen.
///
/// # Errors
/// When the desktop does not take the menu.
pub fn speak(handle: &AppHandle, language: Language) -> tauri::Result<()> {
    match handle.tray_by_id(ID) {
        Some(tray) => tray.set_menu(Some(menu(handle, language)?)),
        None => Ok(()),
    }
}

/// Puts the icon into the tray.
///
/// # Errors
/// When the desktop has none.
pub fn put(handle: &AppHandle, language: Language) -> tauri::Result<()> {
    let mut tray = TrayIconBuilder::with_id(ID)
        .menu(&menu(handle, language)?)
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
