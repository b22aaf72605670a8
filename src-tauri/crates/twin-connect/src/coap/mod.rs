//! CoAP (RFC 7252) as a source: observation (RFC 7641), block-wise transfer (RFC 7959), discovery (RFC 6690).
//!
//! [`run`] is one future for one device: it reads and observes resources, and begins again when the device is gone, for
//! ever. It spawns nothing. [`discover`] asks a device what it has, [`probe`] goes through the steps of a connection one by
//! one and says in words which of them failed.
//!
//! What holds always:
//! - values of a resource come in the order in which the device sent them; what is overtaken is dropped and counted;
//! - at most one message is unacknowledged, and one representation is under way in blocks (RFC 7252, 4.7);
//! - a device that is silent beyond the validity of what it told last is asked, and the link is down when it does not answer;
//! - everything is at most once: CoAP has no session, and what changes while the link is down is never told.

mod block;
mod channel;
mod codec;
mod desk;
mod dtls;
mod flight;
mod grade;
mod link;
mod links;
mod machine;
mod media;
mod observe;
mod path;
mod reason;
mod repeats;
mod run;
mod slot;
mod spec;
mod transfer;
mod trial;
mod visit;

pub use links::{Link, Links};
pub use media::media_type;
pub use run::run;
pub use spec::{
    CoapError, CoapLimits, CoapResource, CoapSecurity, CoapSpec, PresharedKey, Transmission,
};
pub use trial::{Trial, read_links};
pub use visit::{discover, probe};
