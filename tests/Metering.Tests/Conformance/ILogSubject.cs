using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>A log that is put to the test.</summary>
internal interface ILogSubject : IAsyncDisposable
{
    ILogPartition Log { get; }

    /// <summary>Lets the next append fail.</summary>
    void FailNext(AppendFault fault);

    /// <summary>Closes the log and opens it again.</summary>
    Task ReopenAsync();

    /// <summary>
    /// Opens the log as a crash right after an append of unknown outcome may have left it: with the record.
    /// </summary>
    Task CrashAsync();
}

/// <summary>How an append fails.</summary>
internal enum AppendFault
{
    /// <summary>The record is not kept, and the log says so.</summary>
    NotKept,

    /// <summary>Nobody can tell whether it is kept.</summary>
    Unknown,
}
