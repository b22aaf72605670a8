//! Desktop notifications. Best effort: the alarm list is the truth.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use notify_rust::Notification;
use tauri::AppHandle;
use tokio::sync::mpsc;
use twin_app::{Notice, Speech, api::settings::Language, said};

use crate::{language, window};

/// Notifications whose click is waited for at the same time; a thread each. Those beyond are shown all the same.
const CLICKS_MAX: usize = 8;

/// Shows every notice; a click brings the window forward.
pub fn forward(handle: AppHandle, mut notices: mpsc::Receiver<Notice>) {
    let waiting = Arc::new(AtomicUsize::new(0));
    tauri::async_runtime::spawn(async move {
        while let Some(notice) = notices.recv().await {
            let (title, body, open) = words(&notice, language(&handle));
            let shown = Notification::new()
                .appname("Twinscope")
                .summary(&title)
                .body(&escape(&body))
                .action("default", &open)
                .show_async()
                .await;
            match shown {
                #[cfg(target_os = "linux")]
                Ok(shown) => wait_for_click(shown, handle.clone(), &waiting),
                #[cfg(not(target_os = "linux"))]
                Ok(_) => {}
                Err(error) => tracing::warn!("a desktop notification could not be shown: {error}"),
            }
        }
    });
}

/// Title, text and the word for a click.
fn words(notice: &Notice, language: Language) -> (String, String, String) {
    let speech = Speech::new(language);
    let open = said!("notice-open", "Open");
    (
        speech.say(&notice.title),
        speech.say(&notice.body),
        speech.say(&open),
    )
}

#[cfg(target_os = "linux")]
fn wait_for_click(
    shown: notify_rust::NotificationHandle,
    handle: AppHandle,
    waiting: &Arc<AtomicUsize>,
) {
    if waiting.fetch_add(1, Ordering::Relaxed) >= CLICKS_MAX {
        waiting.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let ended = Arc::clone(waiting);
    let wait = move || {
        shown.wait_for_action(|action| {
            if action == "default" {
                window::bring_forward(&handle);
            }
        });
        ended.fetch_sub(1, Ordering::Relaxed);
    };
    if let Err(error) = thread::Builder::new()
        .name("notification".into())
        .spawn(wait)
    {
        waiting.fetch_sub(1, Ordering::Relaxed);
        tracing::warn!("clicks on a notification are not waited for: {error}");
    }
}

/// Notification bodies take markup, and a signal's name may hold anything.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_cannot_bring_markup() {
        assert_eq!(super::escape("a <b> & c"), "a &lt;b&gt; &amp; c");
    }
}
