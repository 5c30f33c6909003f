namespace Tallystick.Client;

/// <summary>A call of the API failed.</summary>
public class TallystickException : Exception
{
    /// <summary>A failure.</summary>
    public TallystickException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The API did not answer: there was no connection, or it broke, or the time was up.</summary>
public sealed class TallystickConnectionException : TallystickException
{
    internal TallystickConnectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
