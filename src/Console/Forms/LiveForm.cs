namespace Tallystick.Console.Forms;

/// <summary>A form that is sent while somebody types, to show what would come of it.</summary>
public static class LiveForm
{
    /// <summary>The member that the script adds to such a request: nothing may be saved.</summary>
    public const string Marker = "_live";
}
