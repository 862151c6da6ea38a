namespace Portal.Web.Ui;

/// <summary>A short word about something that happened.</summary>
/// <param name="Id">Distinguishes it from others on the screen.</param>
/// <param name="Tone">Its colour and icon.</param>
/// <param name="Text">One sentence.</param>
public sealed record Toast(long Id, Tone Tone, string Text);
