using NodaTime;

namespace Tallystick.Server.Hosting;

/// <summary>The messages of the server's log.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    internal static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Setting} is ignored: credentials are read from the environment only at the first start, and {Reason}")]
    internal static partial void CredentialIgnored(ILogger logger, string setting, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Access key {AccessKeyId}: {Count} token requests with an incorrect secret; further requests are "
            + "throttled")]
    internal static partial void SecretsRefused(ILogger logger, string accessKeyId, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Connections refused since the last such message: {Count}, most recently from {Address}. Limits: per source "
        + "{PerSource} (TALLYSTICK_MAX_CONNECTIONS_PER_SOURCE), in total {Total} (TALLYSTICK_MAX_CONNECTIONS)")]
    internal static partial void ConnectionsRefused(
        ILogger logger, long count, System.Net.IPAddress? address, int perSource, int total);

    [LoggerMessage(Level = LogLevel.Error, Message = "Measurements could not be loaded; retrying")]
    internal static partial void LoadingFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Backups are unavailable while this server runs")]
    internal static partial void BackupsUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The backup failed")]
    internal static partial void BackupFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{File}: removed {Bytes} bytes of an unacknowledged, interrupted write at byte {Offset}")]
    internal static partial void TailCut(ILogger logger, string file, long offset, long bytes);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Organization {OrganizationId}: {Tallied} measurements of meter {MeterId} received on {Day} were "
            + "stored, but {Counted} were found; the measurement store is damaged")]
    internal static partial void ConservationBroken(
        ILogger logger, string organizationId, string meterId, LocalDate day, long tallied, long counted);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored measurements could not be counted; retrying")]
    internal static partial void ConservationUnchecked(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Old events could not be deleted; retrying")]
    internal static partial void EventsNotSwept(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Expired files could not be deleted; retrying in an hour")]
    internal static partial void FilesNotSwept(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Subscriber} could not handle events of organization {OrganizationId}; retrying in {Seconds} s")]
    internal static partial void EventsNotHandled(
        ILogger logger, Exception exception, string subscriber, string organizationId, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An e-mail could not be sent: {Failure} at mail server {Host}")]
    internal static partial void MailFailed(ILogger logger, string failure, string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An earlier version issued {Count} invoice numbers of the "
        + "organization {OrganizationId} twice: {Numbers}. They are unchanged; numbers are no longer issued twice")]
    internal static partial void InvoiceNumbersRepeated(
        ILogger logger, string organizationId, int count, string numbers);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Outage} Background work is retried in {Seconds} s.")]
    internal static partial void WaitingForDatabase(ILogger logger, string outage, double seconds);

    // Without the stack trace, because an outage can cause thousands of these messages.
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed. {Outage}")]
    internal static partial void RequestMetOutage(ILogger logger, string method, string path, string outage);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Handler} {JobId} failed")]
    internal static partial void JobFailed(ILogger logger, Exception exception, string handler, string jobId);

    [LoggerMessage(Level = LogLevel.Error, Message = "A part of job {Handler} {JobId} failed; the job goes on")]
    internal static partial void PartOfJobFailed(ILogger logger, Exception exception, string handler, string jobId);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Job {Handler} {JobId} was refused; retrying in {Seconds} s")]
    internal static partial void JobRefused(
        ILogger logger, Exception exception, string handler, string jobId, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored measurements could not be sorted; retrying")]
    internal static partial void SortingFailed(ILogger logger, Exception exception);
}
