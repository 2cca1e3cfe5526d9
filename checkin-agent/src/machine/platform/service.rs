//! A service of Windows: the handshake with the service manager. Elsewhere systemd starts the ordinary command, and there is
//! nothing to shake hands with.
//!
//! Must not know what the service does.

use core::future::Future;
use std::io;
use tokio::sync::oneshot;

/// Serves until the service manager says stop; the receiver given to `work` tells it. `work` says whether it ended well.
///
/// # Errors
/// This process was not started by the service manager, or this is not Windows.
pub fn serve<W, F>(work: W) -> io::Result<()>
where
    W: FnOnce(oneshot::Receiver<()>) -> F + Send + 'static,
    F: Future<Output = bool> + 'static,
{
    #[cfg(windows)]
    return windows::serve(Box::new(|stop| Box::pin(work(stop))));
    #[cfg(not(windows))]
    {
        drop(work);
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "--service chỉ dùng dưới Windows; ở đây hãy dùng systemd / --service is for Windows; use systemd here",
        ))
    }
}

#[cfg(windows)]
mod windows {
    //! The service manager calls a bare function on a thread of its own, so the work lies in a static until then.

    use super::{Future, io, oneshot};
    use core::pin::Pin;
    use core::time::Duration;
    use std::ffi::OsString;
    use std::sync::{Mutex, PoisonError};
    use windows_service::service::{
        ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
    };
    use windows_service::service_control_handler::{ServiceControlHandlerResult, register};
    use windows_service::{define_windows_service, service_dispatcher};

    /// The manager does not look at the name of a service that has a process of its own.
    const NAME: &str = "TruongThiCheckin";

    type Work = Box<dyn FnOnce(oneshot::Receiver<()>) -> Pin<Box<dyn Future<Output = bool>>> + Send>;

    static WORK: Mutex<Option<Work>> = Mutex::new(None);

    define_windows_service!(begin, main);

    pub fn serve(work: Work) -> io::Result<()> {
        *WORK.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        service_dispatcher::start(NAME, begin).map_err(|error| {
            io::Error::other(format!(
                "không phải do trình quản lý dịch vụ gọi / not started by the service manager: {error}"
            ))
        })
    }

    fn main(_: Vec<OsString>) {
        let work = WORK.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = work.map(answer) {
            tracing::error!(%error, "dịch vụ / service");
        }
    }

    fn answer(work: Work) -> Result<(), Box<dyn std::error::Error>> {
        let (stop, stopped) = oneshot::channel();
        let stop = Mutex::new(Some(stop));
        let manager = register(NAME, move |control| match control {
            ServiceControl::Stop | ServiceControl::Shutdown => {
                if let Some(stop) = stop.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    let _ended_already = stop.send(());
                }
                ServiceControlHandlerResult::NoError
            }
            ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
            _ => ServiceControlHandlerResult::NotImplemented,
        })?;
        manager.set_service_status(status(ServiceState::Running, true))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let well = runtime.block_on(work(stopped));
        runtime.shutdown_background();
        manager.set_service_status(status(ServiceState::Stopped, well))?;
        Ok(())
    }

    fn status(state: ServiceState, well: bool) -> ServiceStatus {
        let running = state == ServiceState::Running;
        ServiceStatus {
            service_type: ServiceType::OWN_PROCESS,
            current_state: state,
            controls_accepted: if running {
                ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN
            } else {
                ServiceControlAccept::empty()
            },
            exit_code: if well {
                ServiceExitCode::NO_ERROR
            } else {
                ServiceExitCode::ServiceSpecific(1)
            },
            checkpoint: 0,
            wait_hint: Duration::ZERO,
            process_id: None,
        }
    }
}
